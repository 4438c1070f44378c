"""Somebody's own credentials of the bucket read sealed objects whose names they know, and do nothing else."""

import json
import urllib.request
from collections.abc import Iterator

import pytest

pytest.importorskip("moto")
import boto3
from botocore.exceptions import ClientError

from tests.conftest import REPOSITORY
from tests.fakes.s3_servers import BUCKET, KEY_ID, SECRET, moto_server

GUIDE = (REPOSITORY / "docs" / "guide" / "team.md").read_text(encoding="utf-8")
POLICY = json.loads(GUIDE.partition("```json policy\n")[2].partition("```")[0])
REGION = "us-east-1"
OWN, OTHER = "voices/c-leased.sealed", "backups/queue.dump"
ATTEMPTS = {
    "list the bucket": lambda s3: s3.list_objects_v2(Bucket=BUCKET),
    "list below the prefix": lambda s3: s3.list_objects_v2(Bucket=BUCKET, Prefix="voices/"),
    "list versions": lambda s3: s3.list_object_versions(Bucket=BUCKET),
    "list all buckets": lambda s3: s3.list_buckets(),
    "read beside the prefix": lambda s3: s3.get_object(Bucket=BUCKET, Key=OTHER),
    "write": lambda s3: s3.put_object(Bucket=BUCKET, Key="voices/c-new.sealed", Body=b"x"),
    "write over": lambda s3: s3.put_object(Bucket=BUCKET, Key=OWN, Body=b"x"),
    "copy": lambda s3: s3.copy_object(Bucket=BUCKET, Key="voices/copy", CopySource=f"{BUCKET}/{OWN}"),
    "delete": lambda s3: s3.delete_object(Bucket=BUCKET, Key=OWN),
    "delete the bucket": lambda s3: s3.delete_bucket(Bucket=BUCKET),
    "make a bucket": lambda s3: s3.create_bucket(Bucket="another"),
    "change the policy": lambda s3: s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(POLICY)),
    "open it to all": lambda s3: s3.put_object_acl(Bucket=BUCKET, Key=OWN, ACL="public-read"),
    "look at an object beside the prefix": lambda s3: s3.head_object(Bucket=BUCKET, Key=OTHER),
    "read beside the prefix by a range": lambda s3: s3.get_object(
        Bucket=BUCKET, Key=OTHER, Range="bytes=0-0"
    ),
    "read a prefix that begins alike": lambda s3: s3.get_object(Bucket=BUCKET, Key="voices-before/c.sealed"),
    "read an earlier version": lambda s3: s3.get_object(Bucket=BUCKET, Key=OWN, VersionId="null"),
    "delete a version": lambda s3: s3.delete_object(Bucket=BUCKET, Key=OWN, VersionId="null"),
    "begin an upload in parts": lambda s3: s3.create_multipart_upload(Bucket=BUCKET, Key=OWN),
    "list uploads in parts": lambda s3: s3.list_multipart_uploads(Bucket=BUCKET),
    "send back what was deleted": lambda s3: s3.put_bucket_versioning(
        Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"}
    ),
    "read the policy": lambda s3: s3.get_bucket_policy(Bucket=BUCKET),
    "read who may": lambda s3: s3.get_object_acl(Bucket=BUCKET, Key=OWN),
    "read the tags": lambda s3: s3.get_object_tagging(Bucket=BUCKET, Key=OWN),
    "write tags": lambda s3: s3.put_object_tagging(
        Bucket=BUCKET, Key=OWN, Tagging={"TagSet": [{"Key": "k", "Value": "v"}]}
    ),
    "let objects expire": lambda s3: s3.put_bucket_lifecycle_configuration(
        Bucket=BUCKET,
        LifecycleConfiguration={
            "Rules": [{"ID": "x", "Prefix": "", "Status": "Enabled", "Expiration": {"Days": 1}}]
        },
    ),
    "let web pages read": lambda s3: s3.put_bucket_cors(
        Bucket=BUCKET,
        CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
    ),
    "send copies elsewhere": lambda s3: s3.put_bucket_replication(
        Bucket=BUCKET, ReplicationConfiguration={"Role": "r", "Rules": []}
    ),
}


def client(service: str, endpoint: str, key_id: str, secret: str):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        region_name=REGION,
    )


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[object, object]]:
    """The bucket as somebody with their own credentials sees it, and as who keeps it does."""
    with moto_server() as endpoint:
        keeper, iam = (client(each, endpoint, KEY_ID, SECRET) for each in ("s3", "iam"))
        for key in (OWN, OTHER):
            keeper.put_object(Bucket=BUCKET, Key=key, Body=b"sealed")
        iam.create_user(UserName="ana")
        iam.put_user_policy(UserName="ana", PolicyName="reads", PolicyDocument=json.dumps(POLICY))
        made = iam.create_access_key(UserName="ana")["AccessKey"]
        keeper_key = keeper_of_all(iam)
        # From now on the service checks signatures and policies.
        plain = {"Content-Type": "text/plain"}
        check = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", data=b"0", headers=plain)
        urllib.request.urlopen(check).close()
        yield (
            client("s3", endpoint, made["AccessKeyId"], made["SecretAccessKey"]),
            client("s3", endpoint, *keeper_key),
        )


def keeper_of_all(iam) -> tuple[str, str]:
    iam.create_user(UserName="keeper")
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName="keeper", PolicyName="all", PolicyDocument=json.dumps(everything))
    made = iam.create_access_key(UserName="keeper")["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


def test_object_is_read_by_its_name(service) -> None:
    ana, _ = service
    assert ana.get_object(Bucket=BUCKET, Key=OWN)["Body"].read() == b"sealed"


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_attempt_is_refused_and_changes_nothing(service, attempt: str) -> None:
    ana, keeper = service
    with pytest.raises(ClientError) as refused:
        ATTEMPTS[attempt](ana)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403, refused.value
    kept = [each["Key"] for each in keeper.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert sorted(kept) == sorted([OWN, OTHER])
    assert keeper.get_object(Bucket=BUCKET, Key=OWN)["Body"].read() == b"sealed"


def test_many_are_not_deleted_at_once(service) -> None:
    ana, keeper = service
    answer = ana.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": OWN}, {"Key": OTHER}]})
    assert "Deleted" not in answer, answer
    assert len(keeper.list_objects_v2(Bucket=BUCKET)["Contents"]) == 2


def test_key_that_climbs_is_a_name_and_no_path(service) -> None:
    ana, _ = service
    with pytest.raises(ClientError) as refused:
        ana.get_object(Bucket=BUCKET, Key=f"voices/../{OTHER}")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {403, 404}
