"""The subtags of languages and regions that a language tag can have, and the ones that replace others.

From the IANA Language Subtag Registry of RFC 5646 (2021-08-06) and, for the codes of three letters of
languages that have one of two, ISO 639-2 and 639-3.
"""

import re

# Codes that are not in the registry because the language has one of two letters: eng is en.
_LONG = dict(
    re.findall(
        r"(\w+)=(\w+)",
        "aar=aa abk=ab afr=af aka=ak alb=sq amh=am ara=ar arg=an arm=hy asm=as ava=av ave=ae aym=ay aze=az"
        " bak=ba bam=bm baq=eu bel=be ben=bn bih=bh bis=bi bod=bo bos=bs bre=br bul=bg bur=my cat=ca ces=cs"
        " cha=ch che=ce chi=zh chu=cu chv=cv cor=kw cos=co cre=cr cym=cy cze=cs dan=da deu=de div=dv dut=nl"
        " dzo=dz ell=el eng=en epo=eo est=et eus=eu ewe=ee fao=fo fas=fa fij=fj fin=fi fra=fr fre=fr fry=fy"
        " ful=ff geo=ka ger=de gla=gd gle=ga glg=gl glv=gv gre=el grn=gn guj=gu hat=ht hau=ha hbs=sh heb=he"
        " her=hz hin=hi hmo=ho hrv=hr hun=hu hye=hy ibo=ig ice=is ido=io iii=ii iku=iu ile=ie ina=ia ind=id"
        " ipk=ik isl=is ita=it jav=jv jpn=ja kal=kl kan=kn kas=ks kat=ka kau=kr kaz=kk khm=km kik=ki kin=rw"
        " kir=ky kom=kv kon=kg kor=ko kua=kj kur=ku lao=lo lat=la lav=lv lim=li lin=ln lit=lt ltz=lb lub=lu"
        " lug=lg mac=mk mah=mh mal=ml mao=mi mar=mr may=ms mkd=mk mlg=mg mlt=mt mon=mn mri=mi msa=ms mya=my"
        " nau=na nav=nv nbl=nr nde=nd ndo=ng nep=ne nld=nl nno=nn nob=nb nor=no nya=ny oci=oc oji=oj ori=or"
        " orm=om oss=os pan=pa per=fa pli=pi pol=pl por=pt pus=ps que=qu roh=rm ron=ro rum=ro run=rn rus=ru"
        " sag=sg san=sa sin=si slk=sk slo=sk slv=sl sme=se smo=sm sna=sn snd=sd som=so sot=st spa=es sqi=sq"
        " srd=sc srp=sr ssw=ss sun=su swa=sw swe=sv tah=ty tam=ta tat=tt tel=te tgk=tg tgl=tl tha=th tib=bo"
        " tir=ti ton=to tsn=tn tso=ts tuk=tk tur=tr twi=tw uig=ug ukr=uk urd=ur uzb=uz ven=ve vie=vi vol=vo"
        " wel=cy wln=wa wol=wo xho=xh yid=yi yor=yo zha=za zho=zh zul=zu",
    )
)
# The Preferred-Value of deprecated languages.
_DEPRECATED = dict(
    re.findall(
        r"(\w+)=(\w+)",
        "aam=aas adp=dz asd=snz aue=ktz ayx=nun bgm=bcg bic=bir bjd=drl blg=iba ccq=rki cjr=mom cka=cmr"
        " cmk=xch coy=pij cqu=quh dit=dif drh=khk drr=kzk drw=prs gav=dev gfx=vaj ggn=gvr gli=kzk gti=nyc"
        " guv=duz hrr=jal ibi=opa ilw=gal in=id iw=he jeg=oyb ji=yi jw=jv kgc=tdf kgh=kml koj=kwv krm=bmf"
        " ktr=dtp kvs=gdj kwq=yam kxe=tvd kxl=kru kzj=dtp kzt=dtp lii=raq llo=ngt lmm=rmx meg=cir mo=ro"
        " mst=mry mwj=vaj myd=aog myt=mry nad=xny ncp=kdz nns=nbr nnx=ngv nts=pij nxu=bpp oun=vaj pat=kxr"
        " pcr=adx pmc=huw pmu=phr ppa=bfy ppr=lcq pry=prt puz=pub sca=hle skk=oyb tdu=dtp thc=tpo thw=ola"
        " thx=oyb tie=ras tkk=twm tlw=weo tmp=tyj tne=kak tnf=prs tsf=taj uok=ema xba=cax xia=acn xkh=waw"
        " xrq=dmw ybd=rki yma=lrr ymt=mtm yos=zom yuu=yug zir=scv",
    )
)
LANGUAGES_RENAMED: dict[str, str] = _LONG | _DEPRECATED
TWO_LETTER_LANGUAGES = frozenset(_LONG.values()) | {"in", "iw", "ji", "jw", "mo"}
# The Preferred-Value of deprecated regions, and what people write for Britain.
REGIONS_RENAMED = {"BU": "MM", "DD": "DE", "FX": "FR", "TP": "TL", "UK": "GB", "YD": "YE", "ZR": "CD"}
REGIONS = frozenset(
    re.findall(
        r"\w+",
        "AA AC AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ"
        " BR BS BT BU BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CP CR CS CU CV CW CX CY CZ DD DE DG DJ"
        " DK DM DO DZ EA EC EE EG EH ER ES ET EU EZ FI FJ FK FM FO FR FX GA GB GD GE GF GG GH GI GL GM GN GP"
        " GQ GR GS GT GU GW GY HK HM HN HR HT HU IC ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM"
        " KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS"
        " MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NT NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT"
        " PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SU SV SX SY SZ TA TC TD"
        " TF TG TH TJ TK TL TM TN TO TP TR TT TV TW TZ UA UG UM UN US UY UZ VA VC VE VG VI VN VU WF WS YD YE"
        " YT YU ZA ZM ZR ZW ZZ",
    )
)
# Extended languages by the only language that they may stand behind. Behind sgn (sign languages) there are
# too many to list.
EXTENDED_LANGUAGES: dict[str, str] = dict(
    re.findall(
        r"(\w+)=(\w+)",
        "aao=ar abh=ar abv=ar acm=ar acq=ar acw=ar acx=ar acy=ar adf=ar aeb=ar aec=ar afb=ar ajp=ar apc=ar"
        " apd=ar arb=ar arq=ar ars=ar ary=ar arz=ar auz=ar avl=ar ayh=ar ayl=ar ayn=ar ayp=ar bbz=ar pga=ar"
        " shu=ar ssh=ar gom=kok knn=kok ltg=lv lvs=lv bjn=ms btj=ms bve=ms bvu=ms coa=ms dup=ms hji=ms"
        " jak=ms jax=ms kvb=ms kvr=ms kxd=ms lce=ms lcf=ms liw=ms max=ms meo=ms mfa=ms mfb=ms min=ms mqg=ms"
        " msi=ms mui=ms orn=ms ors=ms pel=ms pse=ms tmw=ms urk=ms vkk=ms vkt=ms xmm=ms zlm=ms zmi=ms zsm=ms"
        " swc=sw swh=sw uzn=uz uzs=uz cdo=zh cjy=zh cmn=zh cnp=zh cpx=zh csp=zh czh=zh czo=zh gan=zh hak=zh"
        " hsn=zh lzh=zh mnp=zh nan=zh wuu=zh yue=zh",
    )
)
SIGN_LANGUAGES = "sgn"
